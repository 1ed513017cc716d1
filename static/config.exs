# config/config.exs: what is known when the application is built.

import Config

# How long a client waits for a number, in milliseconds.
config :seq, timeout: 5_000
