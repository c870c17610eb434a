CREATE TABLE orders (
    id INTEGER AUTO_INCREMENT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    total INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id)
);
INSERT INTO users (name) VALUES ('root');
