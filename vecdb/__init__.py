"""Storage: connections, tables, index and queries; the LMDB store of thumbnails and vectors."""
