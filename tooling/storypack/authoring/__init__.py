"""What people write content with: the first files of a pack and of each kind, the layout of searches, and the choice of
what a command works on."""
