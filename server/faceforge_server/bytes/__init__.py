"""What the hand-written routes do: bytes in (multipart, raw) and out (ranges, conditions, signatures)."""
