# Runs a server, and ends it when nobody has been connected for a while.
#
# It runs as process 1 of a container, and beside a server on this machine; it needs nothing but `sh` and `sleep`.
# Arguments: DIRECTORY (removed at the end; empty in a container), NOTE (removed at the end if it tells of that
# directory), PORT, IDLE (seconds without a client), FIRST (seconds that the first client may take after the server
# listens), START (seconds that the server may take until then), SIGNAL (ends the server), and then the server with
# its arguments.
directory=$1 note=$2 port=$3 idle=$4 first=$5 start=$6 signal=$7
shift 7
# Where this was started, a terminal may close.
trap '' HUP

# A directory is filled by who started this. If they die before, so does this.
if [ -n "$directory" ] && ! read -r _; then
    rm -rf "$directory"
    exit 1
fi

# Is there a socket on the port, in this state? Linux tells in /proc, with the port in hexadecimal: 01 is an
# established connection, 0A one that listens.
pattern=$(printf ':%04X' "$port")
grep=$(command -v grep)
is() {
    if [ ! -r /proc/net/tcp ]; then
        [ "$1" = 01 ] && state=ESTABLISHED || state=LISTEN
        netstat -an | grep -Eq "[.:]$port +[^ ]+ +$state"
    elif [ -n "$grep" ]; then
        grep -Eqs "^ *[0-9]+: [0-9A-F]+$pattern [0-9A-F]+:[0-9A-F]+ $1 " /proc/net/tcp /proc/net/tcp6
    else
        for table in /proc/net/tcp /proc/net/tcp6; do
            [ -r "$table" ] || continue
            while read -r _ here _ state _; do
                case $here$state in *"$pattern$1") return 0 ;; esac
            done <"$table"
        done
        return 1
    fi
}

# Ends the server, in the hard way if need be.
end() {
    kill -"$signal" "$server"
    left=10
    while [ "$left" -gt 0 ] && kill -0 "$server"; do
        sleep 1
        left=$((left - 1))
    done
    kill -KILL "$server"
}

watch() {
    quiet=0 limit=$start listens= step=2
    [ "$idle" -gt 10 ] || step=1
    while sleep "$step"; do
        if is 01; then
            quiet=0 limit=$idle listens=yes
        elif [ -z "$listens" ] && is 0A; then
            quiet=0 limit=$first listens=yes
        else
            quiet=$((quiet + step))
            # One look alone might fall between two processes of a run.
            [ "$quiet" -le "$limit" ] || [ "$quiet" -eq "$step" ] || break
        fi
    done
    end
}

"$@" &
server=$!
exec 2>/dev/null
watch &
trap 'end &' INT TERM
began=$(date +%s)
while :; do
    wait "$server"
    status=$?
    kill -0 "$server" || break
done
trap '' INT TERM

if [ -n "$directory" ]; then
    rm -rf "$directory"
    if [ -r "$note" ]; then
        while read -r line; do
            [ "$line" != "directory=$directory" ] || rm -f "$note"
        done <"$note"
    fi
    # Whoever still sleeps in this process group.
    kill -TERM 0
else
    echo "testudo: the server ended with status $status"
    # The log of a container is gone with it: leave time to read why a server did not start.
    [ $(($(date +%s) - began)) -gt 60 ] || [ "$status" -eq 0 ] || sleep 3
fi
exit "$status"
