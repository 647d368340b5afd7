"""Rules on orbs, images and programs that come from elsewhere."""
