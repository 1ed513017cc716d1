%% The identity of the application: what it is called, what has to run before it,
%% which module starts it, and with which values it starts.
{application, seq, [
    {description, "Number sequences behind supervised servers"},
    {vsn, "0.2.0"},
    {modules, [
        'Elixir.Seq.Application',
        'Elixir.Seq.Arith',
        'Elixir.Seq.Dynamic',
        'Elixir.Seq.Fib',
        'Elixir.Seq.Geo',
        'Elixir.Seq.Server',
        'Elixir.Seq.Supervisor'
    ]},
    {registered, [
        'Elixir.Seq.Root',
        'Elixir.Seq.Supervisor',
        'Elixir.Seq.FibServer',
        'Elixir.Seq.ArithServer',
        'Elixir.Seq.Dynamic'
    ]},
    {applications, [kernel, stdlib, elixir, logger, telemetry]},
    {mod, {'Elixir.Seq.Application', []}},
    {env, [{arith, [{a1, 3}, {d, 5}]}]}
]}.
