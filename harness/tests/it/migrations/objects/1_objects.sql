CREATE TABLE users (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    name VARCHAR(50) NOT NULL UNIQUE,
    name_length INT GENERATED ALWAYS AS (CHAR_LENGTH(name)) STORED,
    boss_id BIGINT,
    FOREIGN KEY (boss_id) REFERENCES users (id)
);
CREATE TABLE orders (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    user_id BIGINT NOT NULL,
    total DECIMAL(10, 2) NOT NULL CHECK (total >= 0),
    KEY by_total (total),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE TABLE audit (id BIGINT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(100) NOT NULL);
CREATE TABLE loose (id INT PRIMARY KEY) ENGINE = MyISAM;
CREATE TABLE parted (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2;
CREATE TABLE `odd-name ä` (id INT PRIMARY KEY, zero INT NOT NULL DEFAULT 0);
-- Made of the one after it, so that the order of names is not that of making.
CREATE VIEW rich AS SELECT id, name FROM users;
CREATE VIEW a_rich AS SELECT name FROM rich;
CREATE FUNCTION doubled(x INT) RETURNS INT DETERMINISTIC RETURN x * 2;
CREATE PROCEDURE add_user(IN called VARCHAR(50))
BEGIN
    INSERT INTO users (name) VALUES (called);
END;
CREATE TRIGGER users_added AFTER INSERT ON users FOR EACH ROW
BEGIN
    INSERT INTO audit (what) VALUES (CONCAT('added ', NEW.name));
END;
CREATE TRIGGER users_shout BEFORE INSERT ON users FOR EACH ROW SET NEW.name = UPPER(NEW.name);
CREATE EVENT never ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01 00:00:00' DO DELETE FROM audit;
INSERT INTO users (id, name) VALUES (7, 'root');
INSERT INTO users (name, boss_id) VALUES ('it''s \\ me', 7);
INSERT INTO orders (user_id, total) VALUES (7, 1.50), (8, 2);
INSERT INTO loose VALUES (1);
INSERT INTO parted VALUES (1), (2);
INSERT INTO `odd-name ä` VALUES (0, 0), (5, 1);
