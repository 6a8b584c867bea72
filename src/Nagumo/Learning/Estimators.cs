namespace Nagumo.Learning;

/// <summary>Two rest states and their share of a gradient: w (∂H/∂θ(x_{β₊}) − ∂H/∂θ(x_{β₋}))/(β₊ − β₋).</summary>
/// <param name="Plus">β₊ ≠ 0.</param>
/// <param name="Minus">β₋ ≠ β₊; 0 for the free state.</param>
/// <param name="Weight">w; over all pairs they add up to 1.</param>
public readonly record struct NudgePair(double Plus, double Minus, double Weight = 1);

/// <summary>The estimators that configurations name (<c>estimator.kind</c>): sums of contrasts of nudged rest states.</summary>
/// <remarks>
/// dC/dθ is the slope in β of ∂H/∂θ at the rest states x_β. A difference over β₊ − β₋ has an error that is a series in β; pairs of several β, weighted, cancel
/// its first terms. A new estimator adds one line here; one outside the library registers itself. "exact" nudges nothing.
/// [Scellier &amp; Bengio 2017, doi:10.3389/fncom.2017.00024; Laborieux et al. 2021, doi:10.3389/fnins.2021.633674]
/// </remarks>
public static class Estimators
{
    private static readonly Lock Gate = new();
    private static volatile (string Name, Func<double, IReadOnlyList<NudgePair>>? Pairs)[] _all =
    [
        ("centred", beta => [new(beta, -beta)]),
        ("one-sided", beta => [new(beta, 0)]),
        ("exact", null),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => [.. _all.Select(e => e.Name)];

    /// <summary>Adds an estimator from outside the library: configurations then know it by its name.</summary>
    /// <param name="name">What <c>estimator.kind</c> calls it.</param>
    /// <param name="pairs">Its pairs for a β of the configuration, which may be negative.</param>
    /// <exception cref="ArgumentException">Another estimator has this name, or the pairs are no estimate of a slope.</exception>
    public static void Register(string name, Func<double, IReadOnlyList<NudgePair>> pairs)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Require(name, pairs(0.1));
        lock (Gate)
        {
            if (_all.FirstOrDefault(e => e.Name == name) is not { Name: not null } known)
                _all = [.. _all, (name, pairs)];
            else if (known.Pairs?.Method != pairs.Method)
                throw new ArgumentException($"There is an estimator '{name}' already. Give the new one another name.");
        }
    }

    /// <summary>The pairs of an estimator; none for the exact one.</summary>
    internal static NudgePair[] Of(string name, double beta)
    {
        if (_all.First(e => e.Name == name).Pairs is not { } pairs)
            return [];
        NudgePair[] made = [.. pairs(beta)];
        Require(name, made);
        return made;
    }

    private static void Require(string name, IReadOnlyList<NudgePair> pairs)
    {
        if (pairs.Count == 0)
            throw new ArgumentException($"The estimator '{name}' has no pair of nudges: give at least one.");
        foreach (var (plus, minus, weight) in pairs)
            if (!(double.IsFinite(plus) && double.IsFinite(minus) && double.IsFinite(weight) && plus != minus && plus != 0))
                throw new ArgumentException(
                    $"The estimator '{name}' has the pair (β₊ = {plus:R}, β₋ = {minus:R}, weight {weight:R}): give finite numbers, β₊ neither 0 nor β₋."
                );
        if (Math.Abs(pairs.Sum(p => p.Weight) - 1) > 1e-9)
            throw new ArgumentException(
                $"The weights of the estimator '{name}' add up to {pairs.Sum(p => p.Weight):R}: they must add up to 1, or it estimates another multiple of the slope."
            );
    }
}
