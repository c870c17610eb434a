//! `cargo testudo bench-gate` as its users run it, on results as criterion and gungraun write them.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const RULES: &str = r#"# Judged on every pull request.
[[time]]
bench = "compile/*/mine"
reference = "compile/*/floor" # no change makes it slower

[[instructions]]
bench = "counts::*"
"#;

/// A project with a gate file and results.
struct Project(TempDir);

impl Project {
    fn new(gate_file: &str) -> Project {
        let project = Project(TempDir::new().expect("a temporary folder"));
        project.write("gate.toml", gate_file);
        project
    }

    fn with_baseline() -> Project {
        let project = Project::new(RULES);
        project.time("compile/point/mine", 40.0);
        project.time("compile/point/floor", 10.0);
        project.count("counts::point", 1_000);
        let output = project.gate(&["--accept"]);
        assert!(output.status.success(), "{}", text(&output));
        project
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.path().join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder is made");
        fs::write(file, text).expect("a file is written");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).expect("a file is read")
    }

    /// Results of criterion: a hundred samples, spread over two per cent, one in ten an outlier.
    fn time(&self, id: &str, nanoseconds: f64) {
        let folder = format!("criterion/{}/new", id.replace('/', "_"));
        self.write(
            &format!("{folder}/benchmark.json"),
            &format!(r#"{{"full_id":"{id}"}}"#),
        );
        let (mut iters, mut times) = (String::new(), String::new());
        for sample in 0..100_u32 {
            let comma = if sample == 0 { "" } else { "," };
            let spread = 1.0 + 0.02 * f64::from(sample * 37 % 100) / 100.0;
            let outlier = if sample % 10 == 0 { 4.0 } else { 1.0 };
            let time = 500.0 * nanoseconds * spread * outlier;
            let _ = write!(iters, "{comma}500.0");
            let _ = write!(times, "{comma}{time}");
        }
        let sample = format!(r#"{{"sampling_mode":"Flat","iters":[{iters}],"times":[{times}]}}"#);
        self.write(&format!("{folder}/sample.json"), &sample);
    }

    /// Results of gungraun.
    fn count(&self, id: &str, instructions: u64) {
        self.write(
            &format!("gungraun/package/{}/summary.json", id.replace("::", "/")),
            &format!(
                r#"{{"module_path":"{id}","id":null,"profiles":[{{"tool":"Callgrind","data":{{
                    "total":{{"metrics":{{"Ir":{{"values":{{"new":{instructions}}}}}}}}}}}}}]}}"#
            ),
        );
    }

    fn gate(&self, arguments: &[&str]) -> Output {
        let folder = |name: &str| self.path().join(name);
        Command::new(env!("CARGO_BIN_EXE_cargo-testudo"))
            .args(["testudo", "bench-gate", "--file"])
            .arg(folder("gate.toml"))
            .arg("--criterion")
            .arg(folder("criterion"))
            .arg("--gungraun")
            .arg(folder("gungraun"))
            .args(arguments)
            .current_dir(self.path())
            .output()
            .expect("the command runs")
    }

    fn says(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.gate(arguments);
        (output.status.code().expect("an exit code"), text(&output))
    }
}

fn text(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr];
    streams
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .concat()
}

#[test]
fn unchanged_benches_pass() {
    let project = Project::with_baseline();
    let (code, said) = project.says(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("passed after one run: 2 same"), "{said}");
}

#[test]
fn a_bench_that_is_slower_than_its_baseline_fails() {
    let project = Project::with_baseline();
    project.time("compile/point/mine", 44.0);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("SLOWER"), "{said}");
    assert!(said.contains("+10.0 %"), "{said}");
}

#[test]
fn a_slower_machine_is_no_slower_bench() {
    let project = Project::with_baseline();
    project.time("compile/point/mine", 400.0);
    project.time("compile/point/floor", 100.0);
    assert_eq!(project.says(&[]).0, 0);
}

#[test]
fn more_instructions_fail_where_the_time_hides_in_noise() {
    let project = Project::with_baseline();
    project.count("counts::point", 1_020);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("1 SLOWER, 1 same"), "{said}");
}

#[test]
fn a_faster_bench_passes_and_is_told() {
    let project = Project::with_baseline();
    project.time("compile/point/mine", 30.0);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 faster"), "{said}");
}

#[test]
fn a_bench_of_the_baseline_that_did_not_run_fails() {
    let project = Project::with_baseline();
    fs::remove_dir_all(project.path().join("gungraun")).expect("the results are removed");
    let (code, said) = project.says(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("NOT MEASURED"), "{said}");
    assert!(said.contains("--without-instructions"), "{said}");
    assert_eq!(project.says(&["--without-instructions"]).0, 0);
}

#[test]
fn a_new_bench_passes_until_it_is_accepted() {
    let project = Project::with_baseline();
    project.time("compile/join/mine", 90.0);
    project.time("compile/join/floor", 10.0);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 new"), "{said}");
    project.says(&["--accept"]);
    assert!(project.says(&[]).1.contains("3 same"));
}

#[test]
fn accepting_keeps_rules_and_comments_and_writes_a_line_for_each_bench() {
    let project = Project::with_baseline();
    let file = project.read("gate.toml");
    assert!(file.starts_with(RULES), "{file}");
    let line = r#"    { bench = "compile/point/mine", reference = "compile/point/floor", ratio = 4.0, low ="#;
    assert!(file.lines().any(|found| found.starts_with(line)), "{file}");
    let line = r#"    { bench = "counts::point", count = 1000 },"#;
    assert!(file.lines().any(|found| found == line), "{file}");
}

#[test]
fn accepting_a_slower_bench_makes_it_the_baseline() {
    let project = Project::with_baseline();
    project.time("compile/point/mine", 60.0);
    assert_eq!(project.says(&["--accept"]).0, 0);
    assert_eq!(project.says(&[]).0, 0);
    project.time("compile/point/mine", 40.0);
    assert!(project.says(&[]).1.contains("1 faster"));
}

#[test]
fn a_limit_fails_even_what_is_accepted() {
    let limit = RULES.replace("# no change", "\nat-most = 5.0 # no change");
    let project = Project::new(&limit);
    project.time("compile/point/mine", 60.0);
    project.time("compile/point/floor", 10.0);
    for arguments in [&["--accept"][..], &[]] {
        let (code, said) = project.says(arguments);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("OVER ITS LIMIT"), "{said}");
    }
}

#[test]
fn a_bench_without_its_reference_is_an_error() {
    let project = Project::new(RULES);
    project.time("compile/point/mine", 40.0);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("its reference `compile/point/floor` was not"),
        "{said}"
    );
}

#[test]
fn another_machine_is_told_and_not_compared() {
    let project = Project::with_baseline();
    let file = project.read("gate.toml");
    let other: String = file
        .lines()
        .map(|line| {
            if line.starts_with("cpu = ") {
                "cpu = \"Another\""
            } else {
                line
            }
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    project.write("gate.toml", &other);
    project.time("compile/point/mine", 80.0);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 not comparable, 1 same"), "{said}");
    assert_eq!(project.says(&["--any-machine"]).0, 1);
}

#[test]
fn the_table_can_be_appended_as_markdown() {
    let project = Project::with_baseline();
    project.write("summary.md", "# Earlier\n");
    project.says(&["--markdown", "summary.md"]);
    let markdown = project.read("summary.md");
    assert!(markdown.starts_with("# Earlier\n| bench "), "{markdown}");
    assert!(
        markdown.contains("| compile/point/mine | compile/point/floor |"),
        "{markdown}"
    );
    assert!(markdown.contains("bench-gate: passed"), "{markdown}");
}

#[test]
fn results_from_before_the_command_ran_do_not_count() {
    let project = Project::with_baseline();
    // Files are as new as the clock allows; the command ends at once and writes nothing.
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    for file in [
        "criterion/compile_point_mine/new/sample.json",
        "criterion/compile_point_floor/new/sample.json",
    ] {
        let file = fs::File::options()
            .write(true)
            .open(project.path().join(file));
        file.and_then(|file| file.set_modified(old))
            .expect("the file is made old");
    }
    let (code, said) = project.says(&["--", "true"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("NOT MEASURED"), "{said}");
}

#[test]
fn results_far_apart_are_not_of_one_run() {
    let project = Project::with_baseline();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 60 * 60 + 30);
    let file = project
        .path()
        .join("criterion/compile_point_floor/new/sample.json");
    let file = fs::File::options().write(true).open(file);
    file.and_then(|file| file.set_modified(old))
        .expect("the file is made old");
    let (code, said) = project.says(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("180 minutes apart"), "{said}");
}

/// A shell command that writes the sample of `compile/point/mine` anew from the n-th of some files.
fn bench_that_yields(project: &Project, nanoseconds: &[f64]) -> String {
    let sample = "criterion/compile_point_mine/new/sample.json";
    for (run, &nanoseconds) in nanoseconds.iter().enumerate() {
        project.time("compile/point/mine", nanoseconds);
        let text = project.read(sample);
        project.write(&format!("run-{run}.json"), &text);
    }
    format!(
        "n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; cp run-$n.json {sample}; \
         touch criterion/*/new/sample.json gungraun/package/*/*/summary.json"
    )
}

#[test]
fn a_slowdown_has_to_show_in_every_run() {
    let project = Project::with_baseline();
    let bench = bench_that_yields(&project, &[50.0, 40.2]);
    let (code, said) = project.says(&["--", "sh", "-c", &bench]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("passed after 2 runs"), "{said}");

    let project = Project::with_baseline();
    let bench = bench_that_yields(&project, &[50.0, 47.0, 44.0]);
    let (code, said) = project.says(&["--", "sh", "-c", &bench]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("FAILED after 3 runs"), "{said}");
    assert!(said.contains("+10.0 %"), "{said}");
}

#[test]
fn an_accepted_baseline_knows_how_much_runs_differ() {
    let project = Project::with_baseline();
    let bench = bench_that_yields(&project, &[38.0, 44.0, 40.0]);
    let (code, said) = project.says(&["--accept", "--", "sh", "-c", &bench]);
    assert_eq!(code, 0, "{said}");
    project.time("compile/point/mine", 44.0);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 noise"), "{said}");
}

#[test]
fn a_command_that_fails_judges_nothing() {
    let project = Project::with_baseline();
    let (code, said) = project.says(&["--", "false"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("`false` failed"), "{said}");
}

#[test]
fn broken_results_are_named() {
    let project = Project::with_baseline();
    let sample = "criterion/compile_point_mine/new/sample.json";
    project.write(sample, r#"{"iters":[0.0],"times":[1.0]}"#);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("sample.json holds no sound times"), "{said}");
    project.write(sample, "");
    assert!(
        project
            .says(&[])
            .1
            .contains("sample.json is not what criterion writes")
    );
    project.time("compile/point/mine", 40.0);
    project.write("gungraun/package/counts/point/summary.json", "{}");
    assert!(project.says(&[]).1.contains("it has no `module_path`"));
}

#[test]
fn without_a_gate_file_it_is_shown_how_to_write_one() {
    let project = Project::new(RULES);
    fs::remove_file(project.path().join("gate.toml")).expect("the file is removed");
    let (code, said) = project.says(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("[[time]]"), "{said}");
}

#[test]
fn nothing_to_judge_is_an_error() {
    let project = Project::new(RULES);
    let (code, said) = project.says(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("no result fits a rule"), "{said}");
}
