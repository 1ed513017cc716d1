%% Counts what telemetry tells of.
{application, meter, [
    {description, "Counts the calls of the sequences"}, {vsn, "1.0.0"}, {modules, [meter]},
    {registered, [meter_sup, meter_worker]}, {applications, [kernel, stdlib, telemetry, seq]}, {mod, {meter, []}}
]}.
