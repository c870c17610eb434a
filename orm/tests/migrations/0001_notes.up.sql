CREATE TABLE notes (
    id BIGINT NOT NULL PRIMARY KEY,
    title VARCHAR(100) NOT NULL,
    body VARCHAR(1000)
);
INSERT INTO notes (id, title) VALUES (1, 'tortoises');
