"""A ClickHouse over HTTP for tests: the embedded engine behind the interface of a server."""
