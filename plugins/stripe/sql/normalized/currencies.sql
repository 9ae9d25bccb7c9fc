-- Currencies whose minor unit is not a hundredth; every other one has 100 to the
-- major unit, ISK and UGX among them: Stripe keeps their two decimals.
select 'bif' as currency, 1 as minor_per_major
union all select 'clp' as currency, 1 as minor_per_major
union all select 'djf' as currency, 1 as minor_per_major
union all select 'gnf' as currency, 1 as minor_per_major
union all select 'jpy' as currency, 1 as minor_per_major
union all select 'kmf' as currency, 1 as minor_per_major
union all select 'krw' as currency, 1 as minor_per_major
union all select 'mga' as currency, 1 as minor_per_major
union all select 'pyg' as currency, 1 as minor_per_major
union all select 'rwf' as currency, 1 as minor_per_major
union all select 'vnd' as currency, 1 as minor_per_major
union all select 'vuv' as currency, 1 as minor_per_major
union all select 'xaf' as currency, 1 as minor_per_major
union all select 'xof' as currency, 1 as minor_per_major
union all select 'xpf' as currency, 1 as minor_per_major
union all select 'bhd' as currency, 1000 as minor_per_major
union all select 'jod' as currency, 1000 as minor_per_major
union all select 'kwd' as currency, 1000 as minor_per_major
union all select 'omr' as currency, 1000 as minor_per_major
union all select 'tnd' as currency, 1000 as minor_per_major
