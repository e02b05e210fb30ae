"""The database of a home: connections, the one gateway for writes, tables, keyset paging, migrations, backups."""
