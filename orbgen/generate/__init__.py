"""Writing what a plan asks for: CircleCI jobs, merged into what is there, and Teleport's resources."""
