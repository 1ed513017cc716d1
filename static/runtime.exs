# config/runtime.exs: what is known when the node boots. A variable that is not set leaves what
# seq.app and config.exs say.

import Config

if a1 = System.get_env("SEQ_A1") do
  config :seq, :arith, a1: String.to_integer(a1)
end

if d = System.get_env("SEQ_D") do
  config :seq, :arith, d: String.to_integer(d)
end

if timeout = System.get_env("SEQ_TIMEOUT") do
  config :seq, timeout: String.to_integer(timeout)
end
