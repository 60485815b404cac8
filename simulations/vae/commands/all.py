"""The commands of ``python -m simulations.vae``, gathered.

Each loads torch and what computes only when it runs, so that --help does without them.
"""

from bounds.support.console import application
from simulations.vae.commands.check import check
from simulations.vae.commands.compare import compare
from simulations.vae.commands.demonstrate import demonstrate
from simulations.vae.commands.experiment import experiment
from simulations.vae.commands.objectives import objectives
from simulations.vae.commands.page import page
from simulations.vae.commands.train import train

app = application(
    "simulations.vae",
    "Train the talk's autoencoder, plain or modified, and check its latent space.",
)
app.default(demonstrate)
for command in (train, check, compare, experiment, objectives, page):
    app.command(command)
