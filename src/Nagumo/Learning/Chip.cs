using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>An experiment's network as it is built: the one place where configuration and seed become a machine on its chip. [DESIGN §3]</summary>
/// <remarks>
/// Training, evaluation, checks and circuits all begin here, so that one configuration is one chip whatever looks at it. A machine that needs
/// another scalar type takes the effective values over (<see cref="Tensor{T}.CopyFrom"/>).
/// </remarks>
internal sealed class Chip<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DeviceMap<T>? _devices;

    /// <param name="experiment">Network, seed of the initial parameters, hardware.</param>
    /// <param name="responds">False admits bistable neurons: then only the flow runs.</param>
    /// <exception cref="ArgumentException">A network that cannot be built, or an effect for which it has no device.</exception>
    public Chip(Experiment experiment, bool responds = true)
    {
        var network = experiment.BuildNetwork();
        var rng = new Rng(experiment.Seed).Split("parameters");
        // A pass only follows its neurons' forces.
        Machine = new(network, rng, responds && experiment.Chain is not { Reading: "pass" });
        if (experiment.Chain is not null)
        {
            Ladder.Draw(Machine, ChainShape.Of(experiment, experiment.Network.Build()), rng);
            Machine.Load();
        }
        if (experiment.Hardware is not { } hardware)
            return;
        ReadNoise = hardware.ReadNoise;
        _devices = new(hardware, Machine);
        Apply(age: 0);
        Machine.Load();
    }

    /// <summary>Its parameters hold the programmed and the effective value.</summary>
    public Machine<T> Machine { get; }

    /// <summary>Standard deviation with which nudged states are read.</summary>
    public double ReadNoise { get; }

    /// <summary>Programmed parameters → effective ones; the machine must be loaded after it.</summary>
    /// <param name="age">Epochs since the chip was first programmed: its sources have drifted for so long.</param>
    public void Apply(int age) => _devices?.Apply(age);

    /// <summary>Frees the machine.</summary>
    public void Dispose()
    {
        _devices?.Dispose();
        Machine.Dispose();
    }
}
