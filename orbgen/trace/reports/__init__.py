"""The forms in which ways are shown, one file each."""
