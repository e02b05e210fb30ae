"""The shell around every page: layout, navigation, and what all pages do in the browser."""
