-- The next key is not the one after the highest.
CREATE TABLE keyed (id BIGINT PRIMARY KEY AUTO_INCREMENT);
INSERT INTO keyed VALUES (1), (50);
DELETE FROM keyed WHERE id = 50;
