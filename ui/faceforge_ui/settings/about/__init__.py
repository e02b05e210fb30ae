"""A page of the settings: versions, licences, diagnostics."""
