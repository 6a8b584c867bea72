using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Neurons;
using Nagumo.Symbolics;
using Nagumo.Tests.Learning;

namespace Nagumo.Tests.Neurons;

public sealed class TextNeuronTests
{
    private const string Fhn = "-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2 + a*v";

    [Fact]
    public void Text_trains_to_the_same_bits_as_the_class()
    {
        // 20 batches of 16 real images.
        var text = new PopulationOptions(
            "h",
            12,
            Potential: Fhn,
            Parameters: new Dictionary<string, double[]>
            {
                ["k"] = [1],
                ["gamma"] = [0.8],
                ["a"] = [0.7],
            },
            Inhibitors: new Dictionary<string, double> { ["v"] = 0.5 }
        );
        Assert.Equal(Train(new("h", 12, "fitzhugh-nagumo")), Train(text));

        static float[] Train(PopulationOptions hidden)
        {
            using var trainer = new Trainer(SmallExperiments.Mnist(hidden), SmallExperiments.Images(320), threads: 1);
            trainer.Train();
            return SmallExperiments.Weights(trainer);
        }
    }

    [Fact]
    public void Text_is_the_class_s_own_printed_formula()
    {
        foreach (var model in NeuronModels.All)
        {
            var taus = model.Inhibitors.ToDictionary(v => v.Name, v => v.Tau.Value);
            var values = model.Parameters.Where(p => model.Inhibitors.All(v => v.Tau != p)).ToDictionary(p => p.Name, p => p.Value);
            var text = new TextNeuron(model.H.ToString(), values, taus, model.Box);
            Assert.Equal(model.H, text.H);
            Assert.Equal(model.Fields, text.Fields);
            Assert.Equal(model.Parameters.Select(p => p.Name), text.Parameters.Select(p => p.Name));
        }
    }

    [Theory]
    [InlineData("-(V^2/2 - V^4/12) + V*w - 0.4*w^2", "unknown name 'V' at position 2; the activator is called u: write u for V\n")]
    [InlineData("u^2/2 + g*u*w", "unknown name 'g' at position 8; add it to parameters, or to inhibitors\n")]
    [InlineData("u^2/2 + u*W - w^2", "unknown name 'W' at position 10; did you mean 'w'? Otherwise add 'W' to parameters\n")]
    public void Unknown_names_come_with_what_helps(string potential, string message) =>
        Assert.StartsWith(
            message,
            Assert
                .Throws<ExpressionFormatException>(() =>
                    new TextNeuron(potential, new Dictionary<string, double>(), new Dictionary<string, double> { ["w"] = 2 })
                )
                .Message
        );

    [Fact]
    public void Names_may_be_Greek()
    {
        var neuron = new TextNeuron(
            "u²/2 + u·ω − γ*ω²/2",
            new Dictionary<string, double> { ["γ"] = 0.8 },
            new Dictionary<string, double> { ["ω"] = 2 }
        );
        Assert.Equal(["γ", "tau_ω"], neuron.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void A_box_confines_the_activator()
    {
        var neuron = new TextNeuron("u^2/2", new Dictionary<string, double>(), box: (-1, 2));
        Assert.Equal(new Interval(-1, 2), neuron.Box);
    }

    public static TheoryData<string, string, int> Unreadable =>
        new()
        {
            // Text, message, position.
            { "c*u^2/2 + q*u", "'q'", 10 },
            { "c*u^2/2 +", "", 9 },
            { "c*(u^2/2", "", 8 },
            { "c*u^2/2 $ 1", "", 8 },
        };

    [Theory, MemberData(nameof(Unreadable))]
    public void Text_that_does_not_parse_is_refused_with_its_position(string potential, string message, int position)
    {
        var error = Assert.Throws<ExpressionFormatException>(() => new TextNeuron(potential, new Dictionary<string, double> { ["c"] = 1 }));
        Assert.Equal(position, error.Position);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("\n  " + potential + "\n  " + new string(' ', position) + "^", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Declarations_that_do_not_fit_are_refused()
    {
        Refused("does not contain the activator u", "c*v - v^2/2", ["c"], ["v"]);
        Refused("'d' is declared but does not occur", "c*u^2/2", ["c", "d"], []);
        Refused("'w' is declared but does not occur", "c*u^2/2", ["c"], ["w"]);
        Refused("'u' is the activator", "c*u^2/2", ["c", "u"], []);
        Refused("'v' is declared twice", "u^2/2 + u*v - v^2/2", ["v"], ["v"]);

        static void Refused(string message, string potential, string[] parameters, string[] inhibitors)
        {
            var error = Assert.ThrowsAny<ArgumentException>(() =>
                new TextNeuron(potential, parameters.ToDictionary(p => p, _ => 1.0), inhibitors.ToDictionary(v => v, _ => 1.0))
            );
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_potential_without_one_rest_state_per_drive_is_refused()
    {
        var hidden = new PopulationOptions("h", 4, Potential: "-u^2/2 + u^4/12");
        var error = Assert.ThrowsAny<ArgumentException>(() =>
            new Trainer(SmallExperiments.Mnist(hidden), SmallExperiments.Images(32), threads: 1)
        );
        Assert.Contains("bistable", error.Message, StringComparison.Ordinal);
    }

    /// <summary>What the user calls tau is the user's; the inhibitors' time constants step aside.</summary>
    [Fact]
    public void A_parameter_may_be_called_tau()
    {
        var neuron = new TextNeuron(
            "u^2/(2*tau) + u*v - v^2/2 + tau_w*u*w - w^2/2",
            new Dictionary<string, double> { ["tau"] = 4, ["tau_w"] = 0.1 },
            new Dictionary<string, double> { ["v"] = 0.5, ["w"] = 0.25 }
        );
        Assert.Equal(
            new Dictionary<string, double>
            {
                ["tau"] = 4,
                ["tau_w"] = 0.1,
                ["tau_v"] = 0.5,
                ["tau_w_"] = 0.25,
            },
            neuron.Parameters.ToDictionary(p => p.Name, p => p.Value)
        );
        Assert.Equal(["tau_v", "tau_w_"], neuron.Inhibitors.Select(v => v.Tau.Name).Order());
        var usual = new TextNeuron("u*v - v^2/2", new Dictionary<string, double>(), new Dictionary<string, double> { ["v"] = 0.5 });
        Assert.Equal("tau", usual.Inhibitors[0].Tau.Name);
    }
}
