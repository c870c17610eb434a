UPDATE notes SET body = CONCAT('About ', title) WHERE body IS NULL;
