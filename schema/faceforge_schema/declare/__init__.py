"""How what can be asked is declared: functions become operations and fields, classes become records."""
