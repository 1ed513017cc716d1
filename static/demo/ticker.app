%% Asks for numbers. It includes the cache: its own supervisor starts it.
{application, ticker, [
    {description, "Asks for the next number ten times a second"}, {vsn, "1.0.0"}, {modules, [ticker]},
    {registered, [ticker_sup, ticker_worker]}, {applications, [kernel, stdlib, logger, seq]},
    {included_applications, [cache]}, {mod, {ticker, []}}
]}.
