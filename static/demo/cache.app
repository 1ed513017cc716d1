%% Included by the ticker, so the node does not start it: it has a phase of the ticker's.
{application, cache, [
    {description, "Keeps the last numbers"}, {vsn, "1.0.0"}, {modules, [cache]},
    {registered, [cache_worker]}, {applications, [kernel, stdlib]}, {start_phases, [{init, 10}]}, {mod, {cache, []}}
]}.
