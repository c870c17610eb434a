UPDATE notes SET body = NULL;
