"""Bulk import: bringing the files of a folder of this machine in, by a plan that can be read first."""
