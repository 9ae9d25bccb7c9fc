select state_id as sample
from model.nexus_states
where is_current is distinct from (state_exited_at is null)
