"""What offices charge: for a filing, for an application at the USPTO, for upkeep and a whole life."""
