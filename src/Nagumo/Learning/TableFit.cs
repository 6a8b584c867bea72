using Nagumo.Couplings;

namespace Nagumo.Learning;

/// <summary>A preset that was tuned on pictures, for a table: its first layer starts nearly linear and takes larger steps, its readout is soft.</summary>
/// <remarks>
/// Many thousand batches of pictures leave first weights of a large spread nearly as they are: random features, of which 784 inputs make enough. A
/// table has few columns and few batches. Its features are to be learned, and what large drives make of few samples is learned by heart.
/// A centred FHN neuron answers u ≈ 4I (1 − 21 I²), half of tanh 8I: it bends at |I| ≈ 0.1, and there a network of tanh starts as well.
/// A linear readout pulls its neurons apart by WᵀW: rest is unique and near where ‖W‖² is well below s c₁, c₁ = 1/γ − k = 0.25 and s their scale.
/// </remarks>
internal static class TableFit
{
    /// <summary>Spread of the first drives, of that in a preset: 0.1 of 1.1.</summary>
    private const double Spread = 0.09;

    /// <summary>Steps of the first layer, of those in a preset.</summary>
    private const double Steps = 5;

    /// <summary>Decay per step, of that in a preset beside the steps: over some 2,000 batches as much in all as there over 28,000.</summary>
    private const double Decay = 2;

    /// <summary>The readout's weights and steps are smaller by this and κ is larger, so that answers stay; and β is smaller, so that β κ stays.</summary>
    private const double Gain = 10;

    /// <summary>The readout's largest ‖W‖/√s.</summary>
    private const double Bound = 0.3;

    /// <summary>The experiment for a table.</summary>
    /// <param name="e">One whose first drives spread as in the preset.</param>
    /// <param name="input">The clamped population.</param>
    public static Experiment Of(Experiment e, string input) => Soft(Learned(e, input));

    /// <summary>The first layer, each neuron with a threshold of its own, as if the table had a column of ones.</summary>
    private static Experiment Learned(Experiment e, string input)
    {
        var driven = e.Network.Couplings.Where(c => c.B == input).ToDictionary(c => c.A, c => Spread * c.Sd);
        bool IsFirst(CouplingOptions c) => driven.ContainsKey(c.A) && (c.B == input || c.Kind == "bias");
        var rates = Copy(e.Optimizer.Rates);
        foreach (var c in e.Network.Couplings)
            if (!IsFirst(c))
                rates.TryAdd(Name(c), e.Optimizer.Rate);
            else if (rates.TryGetValue(Name(c), out double rate))
                rates[Name(c)] = Steps * rate;
        return e with
        {
            Network = e.Network with { Couplings = [.. e.Network.Couplings.Select(c => IsFirst(c) ? c with { Sd = driven[c.A] } : c)] },
            Optimizer = e.Optimizer with { Rate = Steps * e.Optimizer.Rate, Rates = rates, WeightDecay = Decay * e.Optimizer.WeightDecay },
        };
    }

    /// <summary>The readout, where it is a linear one that pulls and that nothing bounds yet.</summary>
    private static Experiment Soft(Experiment e)
    {
        var (populations, couplings, output) = (e.Network.Populations, e.Network.Couplings, e.Readout.Population);
        var (rates, bounds) = (Copy(e.Optimizer.Rates), Copy(e.Optimizer.NormBounds));
        if (
            couplings.FirstOrDefault(c => c.Kind == "bilinear" && c.A == output) is not { } read
            || populations.First(p => p.Name == output).Neuron != "linear"
            || !bounds.TryAdd(Name(read), Bound * Math.Sqrt(populations.First(p => p.Name == End.Parse(read.B!).Population).Scale))
        )
            return e;
        foreach (var c in couplings.Where(c => c.A == output))
            rates[Name(c)] /= Gain;
        return e with
        {
            Network = e.Network with { Couplings = [.. couplings.Select(c => c == read ? c with { Sd = c.Sd / Gain } : c)] },
            Readout = e.Readout with { Kappa = Gain * e.Readout.Kappa },
            Estimator = e.Estimator with { Beta = e.Estimator.Beta / Gain },
            Optimizer = e.Optimizer with { Rates = rates, NormBounds = bounds },
        };
    }

    private static string Name(CouplingOptions c) => c.Build().Name;

    private static Dictionary<string, double> Copy(IReadOnlyDictionary<string, double>? given) => given is null ? [] : new(given);
}
