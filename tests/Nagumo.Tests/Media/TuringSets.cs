using Nagumo.Media;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>The eight parameter sets on which Turing patterns were measured independently.</summary>
internal sealed record TuringSet(
    string Name,
    double K,
    double Gamma,
    double A,
    double I,
    double Tau,
    double Du,
    double Dv,
    int N,
    int Mode,
    double UMax
)
{
    public static IReadOnlyList<TuringSet> All { get; } =
    [
        new("A_near", 1, .5, 0, 0, .2, 1, 2.9725, 240, 50, .18032),
        new("B_near", 1, .9, 0, 0, .5, 2, 3.5342, 300, 33, .13741),
        new("C_near", 1.5, .5, .05, .1, .2, 4, 4.08, 320, 36, .16211),
        new("A_far", 1, .5, 0, 0, .2, 1, 5.828, 240, 44, .99120),
        new("B_far", 1, .9, 0, 0, .5, 2, 6.93, 300, 34, .84020),
        new("C_far", 1.5, .5, .05, .1, .2, 4, 8.0, 320, 33, .92317),
        new("D_far", 1, .5, .1, 0, .2, 2, 19.236, 400, 46, 1.18705),
        new("E_far", 2, .3, 0, 0, .1, 1, 2.665, 200, 44, 1.25375),
    ];

    public static TheoryData<string> Names => [.. All.Select(s => s.Name)];

    public static TuringSet Get(string name) => All.Single(s => s.Name == name);

    public PlanarNeuron Neuron => new(new FitzHughNagumo(K, Gamma, A, Tau));

    public RestState Rest => new RestCurve(Neuron).At(I).Single();

    public Chain Chain => new(Neuron, new(N, Du, Dv, I));

    public Dispersion Dispersion => new(Neuron, Rest, Du, Dv);
}
