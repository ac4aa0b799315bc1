"""What the integration and fault tests share. Standard library only."""
