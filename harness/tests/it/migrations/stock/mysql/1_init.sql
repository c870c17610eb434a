CREATE TABLE shelves (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(50) NOT NULL UNIQUE
);
CREATE TABLE items (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    shelf_id BIGINT NOT NULL,
    amount INTEGER NOT NULL,
    CONSTRAINT items_amount CHECK (amount >= 0),
    CONSTRAINT items_shelf FOREIGN KEY (shelf_id) REFERENCES shelves (id) ON DELETE CASCADE
);
INSERT INTO shelves (name) VALUES ('first');
