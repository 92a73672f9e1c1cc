"""Pictures that agents take: checked, stored with a thumbnail, limited per organization, removed when old."""
