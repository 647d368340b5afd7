"""What the rules about credentials share: secrets by name and form, where they flow, what files hold them."""
