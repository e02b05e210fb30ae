"""The sample library: invented people with pictures, voices, models and papers, all made by code.

For developers and newcomers who run FaceForge from its source tree: `python3 dev.py run --sample`. The same call makes
the same library, and nothing in it is taken from anywhere.
"""
