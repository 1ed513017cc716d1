%% Asks for numbers. It includes the cache: its own supervisor starts it, and they begin together,
%% phase by phase.
{application, ticker, [
    {description, "Asks for the next number ten times a second"}, {vsn, "1.0.0"}, {modules, [ticker]},
    {registered, [ticker_sup, ticker_worker]}, {applications, [kernel, stdlib, logger, seq]},
    {included_applications, [cache]}, {start_phases, [{init, []}, {go, []}]},
    {mod, {application_starter, [ticker, []]}}
]}.
