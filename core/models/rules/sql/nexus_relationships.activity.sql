select relationship_id as sample
from model.nexus_relationships
where is_active <> (ended_at is null) or (is_active and established_at is null)
  or ended_at < established_at or last_updated_at < established_at
