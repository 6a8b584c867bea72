using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

/// <summary>Neurons of users' configurations train, or are refused by what is wrong with them; none ends in NaN or in a bug.</summary>
[Trait("speed", "slow")]
public sealed class OwnNeuronTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private Outcome Train(string neuron, string more = "", string couplings = "")
    {
        File.WriteAllText(
            _box["own.json"],
            $$"""
            { "name": "own", "data": "mnist-mini", "validation": 4000,
              "network": { "populations": [ { "name": "x", "size": 784 }, { "name": "h", "size": 32, {{neuron}} }, {{more}} { "name": "out", "size": 10, "neuron": "linear" } ],
                "couplings": [ { "kind": "bilinear", "a": "h", "b": "x", "sd": 0.04 }, { "kind": "bias", "a": "h" }, {{couplings}} { "kind": "bilinear", "a": "out", "b": "h", "sd": 0.1 }, { "kind": "bias", "a": "out" } ] },
              "readout": { "population": "out", "kappa": 5 }, "epochs": 1, "batch": 32 }
            """
        );
        return Sandbox.Run("train", _box["own.json"], "--out", _box["run"], "--no-pictures", "--json");
    }

    // The logistic neuron as u log u, a box away from 0, one that is convex in its box only.
    [Theory]
    [InlineData("\"potential\": \"u/2 + (u*log(u) + (1-u)*log(1-u))/4\", \"box\": [0, 1]")]
    [InlineData("\"potential\": \"u*log(u)\", \"box\": [0.01, 3]")]
    [InlineData("\"potential\": \"u^2/2 - u^4/12\", \"box\": [-0.5, 0.5]")]
    public void A_neuron_in_its_box_trains(string neuron) => Trains(Train(neuron));

    // An inhibitor that u does not drive.
    [Fact]
    public void An_idle_inhibitor_trains() =>
        Trains(
            Train(
                "\"neuron\": \"fitzhugh-nagumo\"",
                """{ "name": "b", "size": 16, "potential": "u^2/2 + c*w - s*w^4/4 - s*w^2/2", "parameters": {"c": 0.1, "s": 0.4}, "inhibitors": { "w": 0.1 } },""",
                """{ "kind": "bilinear", "a": "h", "b": "b.w", "sd": 0.1 },"""
            )
        );

    // Three rest states in places: 'simulate neuron' says bistable, and so does training.
    [Fact]
    public void A_bistable_neuron_with_a_nonlinear_inhibitor_is_refused() =>
        Assert.Contains(
            "the response is not unique (bistable) or unstable",
            Train(
                    "\"potential\": \"gL*(u-EL)^2/2 - gCa*s*logcosh((u-V1)/s) + gK*w*(u-VK) - gamma*w^2/2 - delta*logcosh(w)\", \"inhibitors\": { \"w\": 0.5 }, "
                        + "\"parameters\": { \"gL\": 0.5, \"EL\": -0.2, \"gCa\": 2, \"s\": 1, \"V1\": 0.1, \"gK\": 0.5, \"VK\": -0.3, \"gamma\": 0.5, \"delta\": 0.3 }"
                )
                .OneError(2)
        );

    /// <summary>A finite loss, and better than one image in ten.</summary>
    private static void Trains(Outcome outcome)
    {
        Assert.True(outcome.Code is 0 or 3, outcome.Error);
        var result = JsonNode.Parse(outcome.Output)!;
        Assert.True(double.IsFinite((double)result["test_loss"]!));
        Assert.InRange((double)result["test_error_percent"]!, 0, 80);
    }
}
