namespace Nagumo.Learning;

/// <summary>How parameters follow their gradient.</summary>
/// <param name="Kind">"adam" or "sgd" (with momentum).</param>
/// <param name="Rate">Learning rate &gt; 0 of every block that <paramref name="Rates"/> does not name.</param>
/// <param name="Rates">Learning rates by coupling ("x-h1"), block ("x-h1.W") or population ("h1" for its neurons' parameters).</param>
/// <param name="Schedule">"cosine" to 0 over the whole run, "step" (× 0.1 at half and three quarters of it), or "constant".</param>
/// <param name="WeightDecay">Decoupled decay ≥ 0 of weights and conductances: w ← w − rate·decay·w.</param>
/// <param name="Momentum">Adam's β₁, or the momentum of SGD; in [0, 1).</param>
/// <param name="SecondMoment">Adam's β₂, in [0, 1).</param>
/// <param name="Epsilon">Adam's ε &gt; 0.</param>
/// <param name="NormBounds">Largest spectral norm by coupling or block; kept after every step.</param>
public sealed record OptimizerOptions(
    string Kind = "adam",
    double Rate = 1e-3,
    IReadOnlyDictionary<string, double>? Rates = null,
    string Schedule = "cosine",
    double WeightDecay = 0,
    double Momentum = 0.9,
    double SecondMoment = 0.999,
    double Epsilon = 1e-8,
    IReadOnlyDictionary<string, double>? NormBounds = null
)
{
    /// <summary>Throws when a value is out of its range, naming it.</summary>
    public void Validate()
    {
        Check.Choice("optimizer.kind", Kind, "adam", "sgd");
        Check.Choice("optimizer.schedule", Schedule, "cosine", "step", "constant");
        Check.That("optimizer.rate", Rate, IsSingle(Rate), "a number > 0 that float32 holds (1.2e-38 to 3.4e38); 0.001 is usual");
        Check.NotNegative("optimizer.weight_decay", WeightDecay);
        Check.That("optimizer.momentum", Momentum, Momentum is >= 0 and < 1, "a number in [0, 1)");
        Check.That("optimizer.second_moment", SecondMoment, SecondMoment is >= 0 and < 1, "a number in [0, 1)");
        Check.That("optimizer.epsilon", Epsilon, IsSingle(Epsilon), "a number > 0 that float32 holds (1.2e-38 to 3.4e38); 1e-8 is usual");
        foreach (var (name, rate) in Rates ?? new Dictionary<string, double>())
            Check.That($"optimizer.rates.{name}", rate, rate >= 0 && double.IsFinite(rate), "a finite number ≥ 0 (0 freezes)");
        foreach (var (name, bound) in NormBounds ?? new Dictionary<string, double>())
            Check.Positive($"optimizer.norm_bounds.{name}", bound);

        // Updates are computed in float32: what is 0, subnormal or infinite there divides by zero, or moves nothing.
        static bool IsSingle(double x) => x > 0 && float.IsNormal((float)x);
    }
}
