"""What runs inside a sandbox for Python functions. Imports of every module here are part of each cold start: keep them few."""
