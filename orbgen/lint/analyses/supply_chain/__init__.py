"""What the rules about the supply chain share: images, orbs, machines, code and files from elsewhere."""
