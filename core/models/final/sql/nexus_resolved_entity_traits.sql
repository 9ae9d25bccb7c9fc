-- One value of each trait of each entity: the rule that a trait has picks it. Preferred sources
-- are a tier above the others: the rule chooses within the best tier that has a value. Without
-- them, the latest and the first are looked for in time first, so that only the few rows at
-- one instant are sorted.
with each preferring as r (
  r.tiers as (
    select
      entity_id, entity_type, trait_name, trait_value, source, event_id, occurred_at, _ingested_at, entity_trait_id, tier,
      min(tier) over (partition by entity_id, trait_name) as best_tier
    from (
      select
        entity_id, entity_type, trait_name, trait_value, source, event_id, occurred_at, _ingested_at, entity_trait_id,
        case each r.preferred as p (when source = p.source then p.tier) else r.last_tier end as tier
      from model.nxw_trait_links
      where entity_id is not null and trait_name in (each r.traits as t (t.value))
    ) as placed
  )
)
each rules as r (
  select entity_id, entity_type, trait_name, trait_value, source, event_id, occurred_at, run_started_at() as _processed_at
  from
    each r.in_time as i (
      (
        select
          l.entity_id, l.entity_type, l.trait_name, l.trait_value, l.source, l.event_id, l.occurred_at, l._ingested_at, l.entity_trait_id
        from model.nxw_trait_links as l
        join (
          select
            entity_id, trait_name,
            each r.last as x (max(occurred_at) as occurred_at),
            each r.first as x (min(occurred_at) as occurred_at)
          from model.nxw_trait_links
          where entity_id is not null
            and all r.unruled as u (not trait_name in (each u.traits as t (t.value)))
            and all r.ruled as u (trait_name in (each r.traits as t (t.value)))
          group by entity_id, trait_name
        ) as at on at.entity_id = l.entity_id and at.trait_name = l.trait_name and at.occurred_at = l.occurred_at
      ) as edge
    )
    each r.counted as c (
      (
        select
          entity_id, entity_type, trait_name, trait_value, source, event_id, occurred_at, _ingested_at, entity_trait_id,
          count(*) over (partition by entity_id, trait_name, trait_value) as frequency
        from
          each r.plain as p (model.nxw_trait_links)
          each r.tiered as t (r.tiers)
        where all r.plain as p (entity_id is not null and trait_name in (each r.traits as t (t.value)))
          and all r.tiered as t (tier = best_tier)
      ) as counted
    )
    each r.compared as c (
      each r.plain as p (model.nxw_trait_links)
      each r.tiered as t (r.tiers)
    )
  where all r.compared as c (
    all r.plain as p (entity_id is not null and trait_name in (each r.traits as t (t.value)))
    and all r.tiered as t (tier = best_tier)
  )
  qualify row_number() over (
    partition by entity_id, trait_name
    order by
      each r.longest as x (length(trait_value) desc),
      each r.counted as x (frequency desc),
      each r.first as x (occurred_at),
      each r.last as x (occurred_at desc),
      _ingested_at desc, source desc, entity_trait_id desc
  ) = 1
)
