namespace Nagumo.Learning;

/// <summary>What a fabricated chip makes of programmed parameters, and how well its states can be read.</summary>
/// <remarks>
/// A device holds g_eff = q(g) e^{σξ}: q rounds to the levels of its range, ξ ~ N(0, 1) is drawn once for every device. Learning changes g
/// by the contrasts that the chip itself gives (straight through q and the factor). Equal chip and options give equal devices, whatever the
/// seed of training.
/// </remarks>
/// <param name="Mismatch">σ ≥ 0 of the log-normal factor of every weight and conductance.</param>
/// <param name="NeuronMismatch">σ ≥ 0 of the log-normal factor of every neuron's own parameters; a neuron that would be bistable is discarded and drawn again.</param>
/// <param name="PairMismatch">σ ≥ 0 of the log-ratio between the two halves of a transconductor pair: the weight felt at one end is not that at the other, and self-adjointness is lost.</param>
/// <param name="Bits">Levels of a device: 2ᵇ over [0, R] for a conductance, 2ᵇ − 1 over [−R, R] for a signed weight; 2 to 16, 0 for analog.</param>
/// <param name="Ranges">R by coupling ("x-h1") or block: devices cannot hold more. Without, R is the largest programmed value, renewed with every update.</param>
/// <param name="Stuck">Share in [0, 1) of devices that hold a value drawn from their range, whatever is programmed.</param>
/// <param name="Drift">Standard deviation ≥ 0 per epoch of the random walk of every bias current.</param>
/// <param name="ReadNoise">Standard deviation ≥ 0, in units of the state, of each reading of a nudged state (thermal noise included).</param>
/// <param name="Chip">Seeds the devices: another chip, another draw.</param>
public sealed record HardwareOptions(
    double Mismatch = 0,
    double NeuronMismatch = 0,
    double PairMismatch = 0,
    int Bits = 0,
    IReadOnlyDictionary<string, double>? Ranges = null,
    double Stuck = 0,
    double Drift = 0,
    double ReadNoise = 0,
    ulong Chip = 1
)
{
    /// <summary>A factor of e^2 is no mismatch any more, and its tails overflow.</summary>
    private const double LargestSpread = 2;

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="ArgumentException">See the message.</exception>
    public void Validate()
    {
        Spread("mismatch", Mismatch);
        Spread("neuron_mismatch", NeuronMismatch);
        Spread("pair_mismatch", PairMismatch);
        Check.That("hardware.bits", Bits, Bits is 0 or (>= 2 and <= 16), "2 to 16, or 0 for analog devices");
        Check.That("hardware.stuck", Stuck, Stuck is >= 0 and < 1, "a share in [0, 1)");
        Check.NotNegative("hardware.drift", Drift);
        Check.NotNegative("hardware.read_noise", ReadNoise);
        foreach (var (name, range) in Ranges ?? new Dictionary<string, double>())
            Check.Positive($"hardware.ranges.{name}", range);

        static void Spread(string key, double value) =>
            Check.That(
                $"hardware.{key}",
                value,
                value is >= 0 and <= LargestSpread,
                $"a number in [0, {LargestSpread:R}]; 0.1 is a spread of 10 %"
            );
    }
}
