%% Looks at the others. The meter is optional: without it the audit knows less.
{application, audit, [
    {description, "Logs once a second what it finds"}, {vsn, "1.0.0"}, {modules, [audit]},
    {registered, [audit_sup, audit_worker]}, {applications, [kernel, stdlib, logger, ticker, meter]},
    {optional_applications, [meter]}, {mod, {audit, []}}
]}.
