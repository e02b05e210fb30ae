"""The process: how FaceForge is reached."""
