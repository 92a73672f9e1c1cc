"""Pages under the settings of an organization."""
