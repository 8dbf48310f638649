"""E-mail: the route to an advisor whom chat does not reach."""
