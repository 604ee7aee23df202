"""One module an object kind; each knows that kind's CREATE, ALTER, SHOW, DESCRIBE, GET_DDL and CLONE."""
