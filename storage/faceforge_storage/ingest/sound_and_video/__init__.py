"""The decoders of sounds and videos, and what is made of what they find."""
