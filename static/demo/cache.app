%% Included by the ticker, so the node does not start it.
{application, cache, [
    {description, "Keeps the last numbers"}, {vsn, "1.0.0"}, {modules, [cache]},
    {registered, [cache_worker]}, {applications, [kernel, stdlib]}, {mod, {cache, []}}
]}.
