"""The database of a home: connections, the one gateway for writes, tables, pages, migrations, copies."""
