"""The bytes of files over HTTP: uploads, downloads, ranges, signed addresses."""
